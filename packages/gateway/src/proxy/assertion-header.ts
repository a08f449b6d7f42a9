/** The field in which an upstream finds who calls. */
export const assertionHeader = 'AAuth-Guard-Assertion'
