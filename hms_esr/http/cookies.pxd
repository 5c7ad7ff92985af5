from hms_esr.http.url cimport Address


cdef class CookieJar:
    cdef public dict _cookies, _lines
    cdef public bint _plain
    cdef public bint some
    cpdef bytes line(self, Address address, double now_s)
    cpdef take(self, list values, Address address, double now_s)
