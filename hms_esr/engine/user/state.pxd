from hms_esr.http.response cimport HttpAnswer


cdef class UserState:
    cdef public object cast, arrival, person, session
    cdef public long person_no
    cdef public double planned_s, started_s, intended_s, meant_s
    cdef public str trace_prefix, persona, journey, where, failed_with
    cdef public object patience_s
    cdef public dict vars, filled, uploads
    cdef public HttpAnswer answer
    cdef public Py_ssize_t at
    cdef public long sent, occurrence
    cdef public bint polling, ended, hurried, looked
    cdef public tuple steps, submitted
    cdef public object returned
    cdef public HttpAnswer unrefused
    cpdef double chance(self, str kind, long number) except? -1.0
