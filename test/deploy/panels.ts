/** The expressions of a dashboard's panels, from its JSON text. */
export function panelExpressions(dashboard: string): readonly string[] {
  const found: string[] = [];
  JSON.parse(dashboard, (key, value) => {
    if (key === 'expr') found.push(value);
    return value;
  });
  return found;
}
