cdef class Origin:
    cdef public str scheme, host, text
    cdef public int port
    cdef public bint secure, trusted
    cdef public bytes host_line, origin_line, referer


cdef class Address:
    cdef public Origin origin
    cdef public str target, url, path
    cdef public dict _first_lines
    cpdef bytes first_lines(self, str method)


cpdef Address join(str base, str reference)
