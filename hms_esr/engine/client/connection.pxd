from hms_esr.http.answer_reader cimport AnswerReader
from hms_esr.http.response cimport HttpAnswer
from hms_esr.engine.client.fast_path cimport FastPath


cdef class Connection(FastPath):
    cpdef bint exchange(self, bytes request, bytes body, HttpAnswer answer, double deadline) except *
    cpdef _send_all(self, bytes request, bytes body, HttpAnswer answer, double deadline)
    cpdef _send(self, bytes data, double deadline)
    cpdef _last_words(self, error, double deadline)
    cpdef _heard(self, AnswerReader reader, HttpAnswer answer)


cdef class SecureConnection(Connection):
    cdef public object _alert, _incoming, _outgoing, _tls
