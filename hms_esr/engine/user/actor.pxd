from hms_esr.engine.user.context cimport WorkerContext
from hms_esr.engine.user.state cimport UserState


cdef class Actor(UserState):
    cdef public WorkerContext context
