import { type Auth, isAAuthError, type Resource, type StepUp, stepUp } from '@aauth-guard/core'
import { completeRefusal } from '../../src/errors/pending-step-up.ts'

/** A step-up as it is answered: rejects with the refusal that the caller is sent. */
export async function answeredStepUp(resource: Resource, auth: Auth, wanted: StepUp): Promise<never> {
  try {
    return stepUp(resource, auth, wanted)
  } catch (error) {
    throw isAAuthError(error) ? await completeRefusal(error) : error
  }
}
