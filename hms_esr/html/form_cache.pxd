cdef class _Skeleton:
    cdef public tuple forms
    cdef public list slots, _others
    cdef public long uses
    cdef public str _first
    cpdef list values(self, str html, Py_ssize_t start, Py_ssize_t end)
    cpdef tuple filled(self, list values)
