from hms_esr.engine.user.state cimport UserState


cdef class Actor(UserState):
    pass
