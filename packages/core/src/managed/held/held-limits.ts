/** Maximum number of octets of the content of a call, and of all kept fields together. */
export const maxHeldBody = 65_536
export const maxHeldFields = 16_384
/** Maximum number of octets of a result, headers included, unless the route says otherwise. */
export const defaultMaxResult = 262_144
export const largestMaxResult = 1_048_576
/** Octets that a record has beside its call and its result, claims of repeated attempts included. */
export const heldOverhead = 8192

/** Seconds that a call waits for its auth token. */
export const heldFor = 600
/** Seconds that a result is kept after its auth token has expired. */
export const resultGrace = 60
/** Maximum lifetime of an auth token in seconds, and the tolerance on it. */
export const longestToken = 3660
/** Seconds that an unknown outcome is kept, so that it is told, also if all processes are down for a night. */
export const unknownFor = 86_400

/**
 * Seconds after which a process that has not renewed its lease counts as lost. Clocks of processes differ by 60 s at most.
 */
export const leaseFor = 150
/** Milliseconds after which a lease is renewed. */
export const renewedAfter = 30_000
/** Milliseconds that a poll waits for the result at most. */
export const longestWait = 20_000
/** Milliseconds after which a run is not waited for any more: its outcome is then unknown. */
export const longestRun = 3_600_000
