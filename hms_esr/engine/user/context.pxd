from hms_esr.engine.user.state cimport UserState
from hms_esr.http.response cimport HttpAnswer
from hms_esr.engine.recording.recorder cimport Recorder
from hms_esr.engine.loop.run_clock cimport RunClock


cdef class WorkerContext:
    cdef public object assignment, scenario, cast, people, on_end, on_park, trace, internal_errors, _http_factory
    cdef public RunClock clock
    cdef public Recorder recorder
    cdef public str base, media_type, origin, prefix, trace_prefix
    cdef public double timeout_s, warm_real_s
    cdef public tuple journey_names
    cdef public dict variables, made_up
    cdef public bint closing, clock_may_change
    cpdef exchanged(self, UserState virtual_user, HttpAnswer hop)
    cpdef refusal(self, UserState virtual_user, HttpAnswer hop)
