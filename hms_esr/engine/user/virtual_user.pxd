cimport cython

from hms_esr.engine.user.actor cimport Actor
from hms_esr.engine.user.context cimport WorkerContext


cdef class VirtualUser(Actor):
    @cython.locals(context=WorkerContext)
    cpdef run(self)
    @cython.locals(context=WorkerContext)
    cpdef _steps(self)
