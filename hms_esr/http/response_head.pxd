cdef class HeadMemory


cdef class Head:
    cdef public bytes _raw
    cdef public dict _by_name
    cdef public HeadMemory _memory
    cdef public Py_ssize_t length
    cdef public bint keep
    cdef public str service, content_type, encoding, location, refresh
    cdef public list cookies
    cpdef Head varied(self, bytes raw, list names, list values)


cpdef Head whole_head(list headers)


cdef class HeadMemory:
    cdef public dict _lines, known
    cpdef tuple quick_head(self, bytes raw)
    cpdef tuple usual_head(self, bytes raw)
    cpdef tuple _read(self, bytes raw)
    cpdef list fields(self, bytes raw)
