/** The paths of the routes that the resource serves itself. */
export const metadataPath = '/.well-known/aauth-resource.json'
export const jwksPath = '/aauth/jwks.json'
export const authorizationPath = '/aauth/authorize'
export const revocationPath = '/aauth/revoke'
/** Followed by an id. */
export const pendingPath = '/aauth/pending/'
