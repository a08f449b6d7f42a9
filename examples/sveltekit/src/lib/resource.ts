import { createResource, type Resource } from '@aauth-guard/core'
import { options } from '../../../fetch-notes.ts'

export const resource: Resource = createResource(options)
