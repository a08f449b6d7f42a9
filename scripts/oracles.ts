/** The tests that are the oracle of each property, by its number. `npx pnpm@12 test:deep` runs them. */
export const oracles: Readonly<Record<string, readonly string[]>> = {
  'P1 completeness': [
    'packages/core/test/properties/completeness.test.ts',
    'packages/contract/test/generated.test.ts',
  ],
  'P2 mutation soundness': ['packages/core/test/properties/mutation-soundness.test.ts'],
  'P3 totality': ['packages/core/test/properties/totality.test.ts'],
  'P4 adapter equivalence': ['packages/contract/test/generated.test.ts'],
  'P5 base integrity': ['packages/core/test/signature/base.test.ts'],
  'P6 no fetch': ['packages/core/test/keys/possession-first.test.ts'],
  'P7 injective keys': ['packages/core/test/stores/injective-keys.test.ts'],
  'P8 bounded': ['packages/core/test/stores/bounded-memories.test.ts'],
  'P9 header purity': ['packages/core/test/errors/answer-never-throws.test.ts'],
  'P10 pollution invariance': ['packages/core/test/properties/polluted-prototypes.test.ts'],
}

/** Tests whose numbers are small in `npx pnpm@12 test`. */
export const deepFiles: readonly string[] = [
  'packages/redis/test/races.test.ts',
  'packages/core/test/missions/load.test.ts',
  'packages/core/test/keys/single-flight.test.ts',
  'packages/core/test/properties/heap.test.ts',
  'packages/core/test/attacks/costs-of-documents.test.ts',
  'packages/core/test/attacks/costs-of-kept-keys.test.ts',
  'packages/core/test/attacks/costs-of-marks.test.ts',
  'packages/core/test/attacks/costs-of-missions.test.ts',
  'packages/core/test/attacks/costs-of-tokens.test.ts',
  'packages/express/test/aborted-requests.test.ts',
  'packages/redis/test/fault-table/races.test.ts',
  'packages/postgres/test/fault-table/races.test.ts',
  'packages/postgres/test/held/lost-processes.test.ts',
  'packages/redis/test/held/lost-processes.test.ts',
  'packages/gateway/test/proxy/large.test.ts',
  'packages/audit/test/attacks.test.ts',
  'packages/audit/test/killed.test.ts',
]
