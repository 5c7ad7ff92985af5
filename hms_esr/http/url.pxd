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


cdef class Addresses:
    cdef public dict _origins, _addresses, _joined
    cpdef Origin origin(self, str text)
    cpdef Address parse(self, str text)
    cpdef Address join(self, str base, str reference)
    cpdef Address _join(self, str base, str reference)
