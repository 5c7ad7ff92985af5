from hms_esr.engine.recording.request_metrics cimport RequestMetrics


cdef class Recorder(RequestMetrics):
    cdef public long started, due, active, waiting
    cdef public double pause_ms
    cdef public long _seq
    cdef public set _error_keys
    cdef public dict _masked
    cpdef reached(self, double now_s, str journey, str step)
    cpdef person_due(self, long person_no, double planned_s, double now_s)
    cpdef person_started(self, long person_no, double planned_s, double started_s)
