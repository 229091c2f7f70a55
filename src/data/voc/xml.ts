/** XML as PASCAL VOC's annotations have it: elements and text. No attributes, no documents of others, no entities but five. */

export interface XmlElement {
  readonly name: string;
  /** Without the space around it. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

interface OpenElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

const MOST_CHARACTERS = 2 ** 20;
const MOST_DEPTH = 16;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The root element, or what is wrong in words. */
export function parseXml(text: string): XmlElement | string {
  if (text.length > MOST_CHARACTERS) return `it has more than ${MOST_CHARACTERS} characters`;
  const token = /<\?[^>]*\?>|<!--[^]*?-->|<(\/?)([A-Za-z][\w.-]*)\s*(\/?)>|([^<]+)/y;
  const top: OpenElement = { name: '', text: '', children: [] };
  const open = [top];
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (!found) return `at character ${at} stands ${JSON.stringify(text.slice(at, at + 20))}`;
    const [, closes, name, isEmpty, content] = found;
    const inner = open.at(-1)!;
    if (content !== undefined) {
      const plain = content.replace(/&(\w+);/g, (whole, entity: string) => ENTITIES[entity] ?? whole);
      inner.text += plain;
    } else if (name !== undefined && closes === '/') {
      if (open.length === 1 || inner.name !== name) return `</${name}> closes nothing at character ${at}`;
      open.pop();
      open.at(-1)!.children.push({ ...inner, text: inner.text.trim() });
    } else if (name !== undefined) {
      if (open.length > MOST_DEPTH) return `elements stand in each other more than ${MOST_DEPTH} deep`;
      if (isEmpty === '/') inner.children.push({ name, text: '', children: [] });
      else open.push({ name, text: '', children: [] });
    }
  }
  const [root, ...more] = top.children;
  if (open.length > 1) return `<${open.at(-1)!.name}> is never closed`;
  return root && more.length === 0 && top.text.trim() === '' ? root : 'it has not one root element';
}

export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** Of the first child of that name; undefined if there is none. */
export function textOf(element: XmlElement | undefined, name: string): string | undefined {
  return element?.children.find((child) => child.name === name)?.text;
}
