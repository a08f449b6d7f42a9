/** Requests in all. */
export const mostRequests = 24
/** Requests at one time. */
export const mostAtOnce = 4
/** Octets of one answer. */
export const mostContent = 65_536
/** Milliseconds of one answer. */
export const longestWait = 3000
