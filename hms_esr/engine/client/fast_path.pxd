from hms_esr.http.answer_reader cimport AnswerReader
from hms_esr.http.response cimport HttpAnswer
from hms_esr.http.response_head cimport HeadMemory
from hms_esr.engine.client.tcp_socket cimport TcpSocket


cdef class FastPath(TcpSocket):
    cdef public HttpAnswer _answer
    cdef public AnswerReader _reader
    cdef public HeadMemory _heads
    cdef public bint _keep
    cdef public Py_ssize_t _largest_bytes, _left
    cdef public long used
    cpdef bint _unheard(self) except *
    cpdef bint _read_plain(self, HttpAnswer answer, bytes data) except *
    cpdef _parse(self, HttpAnswer answer, bytes data)
    cpdef _take_body(self, HttpAnswer answer, bytes data)
