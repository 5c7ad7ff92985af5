from hms_esr.http.url cimport Address
from hms_esr.http.response_head cimport Head


cdef class HttpAnswer:
    cdef public str method
    cdef public Address address
    cdef public double sent_sim_s, started_at, sent_at, first_byte_at, ended_at, connect_s, tls_s
    cdef public Py_ssize_t status, bytes_received, retries, largest_bytes
    cdef public bint reused, redirected
    cdef public object failure
    cdef public list parts
    cdef public Head _head
    cdef public list _headers
    cdef public bytes _body
    cdef public str _text
    cdef public object page_read, page_memory
    cpdef Head settle(self)
