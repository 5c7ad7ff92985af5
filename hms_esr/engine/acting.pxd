from hms_esr.engine.someone cimport Someone


cdef class Acting(Someone):
    pass
