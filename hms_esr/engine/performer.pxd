cimport cython

from hms_esr.engine.acting cimport Acting
from hms_esr.engine.stage cimport Stage


cdef class Performer(Acting):
    @cython.locals(stage=Stage)
    cpdef carry_out(self)
    @cython.locals(stage=Stage)
    cpdef _steps(self)
