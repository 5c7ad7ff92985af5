cdef class RunClock:
    cdef public object sim
    cdef public double plan_warp, origin
    cpdef double now_s(self) except? -1.0
    cpdef double sim_s(self) except? -1.0
