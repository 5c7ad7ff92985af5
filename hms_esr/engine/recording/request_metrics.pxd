cdef class RequestMetrics:
    cdef public str worker
    cdef public dict _open, _times, _times_now, _connected
    cdef public object _now, _examples
    cpdef at(self, double real_s)
    cpdef bint record_request(
        self, double ended_s, key, bint failed, Py_ssize_t size, double intended_ms, double actual_ms,
        double first_byte_ms=*, double reading_ms=*
    ) except *
