/** Where the resource's own routes are. */
export const metadataPath = '/.well-known/aauth-resource.json'
export const jwksPath = '/aauth/jwks.json'
export const authorizationPath = '/aauth/authorize'
export const revocationPath = '/aauth/revoke'
