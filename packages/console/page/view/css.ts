import { Directive, directive, type ElementPart, PartType } from 'lit/directive.js'
import { noChange } from 'lit/html.js'

class Css extends Directive {
  constructor(part: { readonly type: number }) {
    super(part as never)
    if (part.type !== PartType.ELEMENT) throw new Error('css() belongs on an element')
  }

  render(_: Readonly<Record<string, string>>): unknown {
    return noChange
  }

  override update({ element }: ElementPart, [styles]: [Readonly<Record<string, string>>]): unknown {
    const { style } = element as HTMLElement
    for (const [name, value] of Object.entries(styles)) {
      if (style.getPropertyValue(name) !== value) style.setProperty(name, value)
    }
    return noChange
  }
}

/** Sets properties of an element one by one, since the policy of the page forbids the attribute `style`. */
export const css = directive(Css)
