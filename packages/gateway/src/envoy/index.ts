export { createExtAuthz, type ExtAuthz, type ExtAuthzOptions, secretName } from './create-ext-authz.ts'
