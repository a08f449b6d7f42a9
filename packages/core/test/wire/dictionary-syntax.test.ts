import { describe, expect, it } from 'vitest'
import { readDictionary } from '../../src/wire/dictionary.ts'
import { dictionaryCaps } from '../../src/wire/limits.ts'
import { syntaxFault } from './syntax-fault.ts'

const fault = (text: string): string => syntaxFault(() => readDictionary(text, dictionaryCaps))

describe('the syntax of a dictionary', () => {
  it.each([
    [',a=1', 'a leading comma'],
    ['a=1,', 'a trailing comma'],
    ['a=1, ', 'a trailing comma and a space'],
    ['a=1,,b', 'an empty member'],
    ['\ta=1', 'a leading tab'],
    ['a =1', 'a space before ='],
    ['a= 1', 'a space after ='],
    ['a=1 ;p', 'a space before ;'],
    ['a=1;p =2', 'a space after a parameter name'],
    ['a=1;p= 2', 'a space before a parameter value'],
    ['a=1;\tp', 'a tab after ;'],
    ['a=1 b=2', 'no comma'],
    ['A=1', 'an upper-case key'],
    ['1=1', 'a digit as key'],
    ['a=', 'no value'],
    ['a=1;', 'no parameter name'],
    ['a=1;P', 'an upper-case parameter'],
    ['a=(1', 'a list without end'],
    ['a=("x"', 'a list without end after an item'],
    ['a=("x"\t"y")', 'a tab in a list'],
    ['a=("x""y")', 'items without a space'],
    ['a=((1))', 'a list in a list'],
    ['a=1;p=(1)', 'a list as parameter'],
    ['a="x', 'a string without end'],
    ['a="x\\', 'a string that ends in a backslash'],
    ['a="x\\n"', 'an escape that is none'],
    ['a="é"', 'a string with é'],
    ['a="\x7f"', 'a string with DEL'],
    ['a="\n"', 'a string with a line feed'],
    ['a="\0"', 'a string with NUL'],
    ['a=tok\u00e9n', 'a token with é'],
    ['a=1234567890123456', 'an integer of 16 digits'],
    ['a=1234567890123.1', 'a decimal of 13 digits before the point'],
    ['a=1.1234', 'a decimal of 4 digits after the point'],
    ['a=1.', 'a decimal without fraction'],
    ['a=.5', 'a decimal without whole part'],
    ['a=1.5.5', 'a decimal with two points'],
    ['a=-', 'a sign alone'],
    ['a=+1', 'a plus sign'],
    ['a=--1', 'two signs'],
    ['a=@1.5', 'a decimal date'],
    ['a=@', 'a date without number'],
    ['a=@x', 'a date that is a token'],
    ['a=:YWJj', 'bytes without end'],
    ['a=:YW-_:', 'bytes in the alphabet of base64url'],
    ['a=:YW Jj:', 'bytes with a space'],
    ['a=:Y:', 'bytes of one character'],
    ['a=:YWJjZ:', 'bytes with a lone last character'],
    ['a=:=YWJ:', 'bytes with padding in front'],
    ['a=?2', 'a boolean that is none'],
    ['a=?', 'a boolean without digit'],
    ['a=?true', 'a boolean in words'],
    ['a=%"x', 'a display string without end'],
    ['a=%x', 'a display string without quotes'],
    ['a=%"%C3%BC"', 'a display string in upper-case hex'],
    ['a=%"%zz"', 'a display string without hex'],
    ['a=%"%ff"', 'a display string that is not UTF-8'],
    ['a=%"%ed%a0%80"', 'a display string with a surrogate'],
    ['a=%"ü"', 'a display string with ü'],
    ['a=%"\x1f"', 'a display string with a control character'],
  ])('is violated by %j: %s [SIG-3, R11-082, B06, B09]', (text) => {
    expect(fault(text)).toMatch(/^expected /)
  })

  it.each([
    ['a=:AA=:', 'one = where two are due'],
    ['a=:AAA==:', 'two = where one is due'],
    ['a=:AAAA=:', '= where none is due'],
    ['a=:==:', '= alone'],
  ])(
    'is violated by %j, a byte sequence with %s, which no base64 decoder accepts [SIG-3, R11-082, B15]',
    (text) => {
      expect(fault(text)).toMatch(/^expected base64 between colons/)
    },
  )

  it.each([
    ['a=1 , b=2', 'a space before a comma'],
    ['a=1,b=2', 'no space after a comma'],
    ['a=1\t,\tb=2', 'tabs around a comma'],
    ['  a=1;  p, b  ', 'spaces at both ends and after ;'],
    ['a=(  "x"   "y"  ), b', 'many spaces in a list'],
  ])('allows %j: %s', (text) => {
    expect([...readDictionary(text, dictionaryCaps).keys()]).toEqual(['a', 'b'])
  })

  it('is reported with the position and the expected text when it is violated', () => {
    expect(fault('sig=("@method");created=x y')).toBe('expected a comma at position 26')
  })
})
