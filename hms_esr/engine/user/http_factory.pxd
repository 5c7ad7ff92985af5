from hms_esr.engine.loop.run_clock cimport RunClock


cdef class HttpFactory:
    cdef public object _assignment, _cast, _variables, _transport
    cdef public RunClock _clock
    cdef public str media_type, _home, _warp_line, _second_lines
    cdef public dict _heads, _at_home, _elsewhere
    cdef public long _second
