from hms_esr.engine.user.state cimport Someone


cdef class Acting(Someone):
    pass
