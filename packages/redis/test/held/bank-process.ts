import { runBankProcess } from '@aauth-guard/fixtures/held/bank-process'
import { openLedger } from './ledger.ts'

await runBankProcess(({ place, idempotent }, step) => openLedger(place, idempotent, step))
