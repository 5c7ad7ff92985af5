from hms_esr.http.url cimport Addresses, Origin
from hms_esr.http.response cimport HttpAnswer
from hms_esr.http.response_head cimport HeadMemory
from hms_esr.engine.client.connection cimport Connection
from hms_esr.engine.loop.fair_turns cimport FairTurns


cdef class Transport:
    cdef public object gate, page_memory
    cdef public Addresses addresses
    cdef public HeadMemory heads
    cdef public double timeout_s, connect_timeout_s, until
    cdef public Py_ssize_t largest_bytes
    cdef public tuple secrets
    cdef public dict shared
    cdef public object _trust, _context
    cdef public FairTurns turns
    cpdef hold(self)
    cpdef pinned(self, Origin origin)
    cpdef Connection idle(self, dict homes, Origin origin)
    cpdef give_up(self, Connection connection)
    cpdef Connection connect(self, Origin origin, pinned, HttpAnswer answer, double deadline)
