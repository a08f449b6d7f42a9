/** What a person sent from a page. */
export interface Form {
  readonly fields: Readonly<Record<string, string | undefined>>
  /** The scopes that were left checked. */
  readonly scopes: readonly string[]
}

const maxContent = 65_536

export async function readForm(request: Request): Promise<Form> {
  const isForm = request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')
  const values = new URLSearchParams(isForm ? (await request.text()).slice(0, maxContent) : '')
  return { fields: Object.fromEntries(values), scopes: values.getAll('scope') }
}
