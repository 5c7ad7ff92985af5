from hms_esr.http.response_head cimport Head


cdef class AnswerReader:
    cdef public bytes _buffer
    cdef public bint _chunked, done, keep
    cdef public long _expects
    cdef public Py_ssize_t _left
    cdef public str _method
    cdef public Head head
    cdef public list headers, parts
    cdef public long status
    cpdef feed(self, bytes data)
    cpdef begin_chunks(self, long status, Head head)
    cpdef bint end(self) except *
    cpdef Py_ssize_t _take_head(self, bytes data, Py_ssize_t at) except? -2
    cpdef _begin_body(self, bint kept, long status, list fields)
    cpdef _take_known(self, bytes data)
    cpdef _take_chunks(self, bytes data)
    cpdef _chunk_line(self, bytes line)
