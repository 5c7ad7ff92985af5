cdef class Waiting:
    cdef public list home
    cdef public double idle_since
    cdef public object problem
    cdef public bint done
    cdef public object _hub, _timer, _waiter
    cdef public double _deadline, _due
    cpdef close(self)
    cpdef _wait(self, double deadline)
    cpdef _arm(self, double now, double after_s)


cdef class TcpSocket(Waiting):
    cdef public object _sock, _kernel, _watcher
    cdef public bint begun, ended
    cpdef open(self, str ip, int port, double deadline)
    cpdef drop(self)
    cpdef rest_in(self, list home)
    cpdef bint alive(self) except *
    cpdef _take(self, bytes data)
    cpdef _end(self)
    cpdef _broken_by(self, error)
    cpdef _push(self, bytes data, double deadline)
    cpdef _until_writable(self, double deadline)
