cdef class Head:
    cdef public bytes _raw
    cdef public dict _by_name
    cdef public Py_ssize_t length
    cdef public bint keep
    cdef public str service, content_type, encoding, location, refresh
    cdef public list cookies
    cpdef Head varied(self, bytes raw, list names, list values)


cpdef Head whole_head(list headers)
cpdef tuple quick_head(bytes raw)
cpdef tuple usual_head(bytes raw)
