cimport cython

from hms_esr.engine.user.actor cimport Acting
from hms_esr.engine.user.context cimport Stage


cdef class Performer(Acting):
    @cython.locals(stage=Stage)
    cpdef carry_out(self)
    @cython.locals(stage=Stage)
    cpdef _steps(self)
