"""Owns a run over several processes: one master, and workers that each take their share of the people.

Knows nothing of files, verdicts or reports. Locust's master and worker runners carry the messages, encrypted.

- ``keys``       encryption of Locust's port, from one secret
- ``wire``       assignments and ticks as messages
- ``start_log``  who has started, in memory that survives a worker's death
- ``shards``     which people a worker is to start, and how they are shared out again
- ``led``        the conductor of a worker: starts people, follows the master's orders
- ``lease``      the times by which master and workers trust each other
- ``time_offset`` how far another machine's clock is ahead
- ``backlog``    records until the master has them
- ``channel``       a worker's end of the channel
- ``telling``    what a worker tells by itself
- ``lease_holder`` a worker as its master sees it
- ``worker``     a worker's process
- ``accounts``   the master's books: what became of each person
- ``member``     the master's view of one worker
- ``course``     the phases of a run, decided by the master
- ``children``   workers as processes of this machine
- ``reassignment``     what becomes of the people of a worker that goes
- ``losses``     seeing that a worker goes
- ``gathering``  records, second by second
- ``invitation`` how workers of other machines find a master
- ``master_channel``       the master's end of the channel
- ``worker_pool``       the workers, as the master leads them
- ``master``     a run over workers
- ``guest``      the same over workers of a Locust that somebody else started
"""
