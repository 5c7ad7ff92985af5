cimport cython

from hms_esr.engine.user.actor cimport Actor
from hms_esr.engine.user.context cimport WorkerContext


cdef class VirtualUser(Actor):
    @cython.locals(stage=WorkerContext)
    cpdef carry_out(self)
    @cython.locals(stage=WorkerContext)
    cpdef _steps(self)
