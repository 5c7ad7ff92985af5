from hms_esr.http.url cimport Address
from hms_esr.http.response cimport HttpAnswer
from hms_esr.engine.client.connection cimport Connection
from hms_esr.engine.client.transport cimport Transport
from hms_esr.http.cookies cimport CookieJar


cdef class PersonSession:
    cdef public CookieJar cookies
    cdef public Transport _transport
    cdef public dict _homes
    cdef public bytes _head, _home_head
    cdef public object _stamp, _on_exchange
    cdef public str _home
    cdef HttpAnswer _hop(self, str method, Address where, bytes head, bytes tail, bytes body, _Limit limit)
    cdef _carry(self, bytes request, bytes body, Connection connection, HttpAnswer answer, _Limit limit)
    cdef _look_at(self, HttpAnswer answer, _Limit limit)
    cdef _check_redirect(self, Address before, Address where)


cdef class _Limit:
    cdef public object patience_s, patient_until
    cdef public long redirects
    cdef public double timeout_s
    cdef double until(self, double started_at) except? -1.0
    cdef failure(self, broken, HttpAnswer answer, double connect_timeout_s)
