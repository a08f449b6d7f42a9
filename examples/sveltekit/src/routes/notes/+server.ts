import { notes } from '../../lib/notes.ts'

interface Event {
  readonly request: Request
}

export const GET = ({ request }: Event): Promise<Response> => notes.list(request)
export const POST = ({ request }: Event): Promise<Response> => notes.add(request)
