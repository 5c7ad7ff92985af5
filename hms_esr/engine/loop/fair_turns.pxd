cdef class FairTurns:
    cdef public object _hub, _loop, _waiting, _watcher
    cdef public double _began
    cdef public bint _scheduled
    cpdef step_back(self, double now)
