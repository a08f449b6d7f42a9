export type { Listen, PostgresLimits, PostgresOptions, Query } from './options.ts'
export { type PostgresStores, postgresStores } from './postgres-stores.ts'
export type { PostgresState, PrepareOptions } from './prepare.ts'
export { StoreDataLostError } from './store-data-lost-error.ts'
