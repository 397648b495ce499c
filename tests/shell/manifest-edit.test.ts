/** The byte-exact edit of a Unity manifest: examples, and any manifest in any formatting. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dependencyOf, withDependency } from "#electron/shell/manifest-edit.ts";

const name = "com.vibesync.bridge";
const value = "file:com.vibesync.bridge-0.1.0.tgz";

function edited(text: string): string {
  const result = withDependency(text, name, value);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

const unity = `{
  "dependencies": {
    "com.unity.ugui": "1.0.0",
    "com.unity.modules.ai": "1.0.0"
  },
  "scopedRegistries": [ { "name": "x", "scopes": ["a.b"] } ]
}
`;

describe("the edit of a Unity manifest", () => {
  it("adds one line and leaves every other byte", () => {
    expect(edited(unity)).toBe(unity.replace('"dependencies": {\n', `"dependencies": {\n    "${name}": "${value}",\n`));
  });

  it("replaces an older value in its place", () => {
    const older = edited(unity).replace("0.1.0.tgz", "0.0.9.tgz");
    expect(edited(older)).toBe(edited(unity));
  });

  it("changes nothing when it is there already", () => {
    expect(edited(edited(unity))).toBe(edited(unity));
  });

  it("keeps Windows line ends, a byte order mark and one-line files", () => {
    expect(edited(unity.replaceAll("\n", "\r\n"))).toBe(edited(unity).replaceAll("\n", "\r\n"));
    expect(edited(`\uFEFF${unity}`)).toBe(`\uFEFF${edited(unity)}`);
    expect(edited('{"dependencies":{"a":"1"}}')).toBe(`{"dependencies":{"${name}": "${value}","a":"1"}}`);
  });

  it("makes the dependencies where there are none", () => {
    for (const text of ["{}", '{"dependencies": {}}', '{ "testables": ["a"] }', '{\n  "dependencies": {\n  }\n}']) {
      expect(JSON.parse(edited(text))).toEqual({ ...JSON.parse(text), dependencies: { [name]: value } });
    }
  });

  it("is not misled by the same words inside strings and deeper objects", () => {
    const text = '{"x": {"dependencies": {"a": "{\\"}"}}, "y": "\\"dependencies\\": {", "dependencies": {"b": "2"}}';
    expect(JSON.parse(edited(text))).toEqual({ ...JSON.parse(text), dependencies: { [name]: value, b: "2" } });
    expect(edited(text)).toContain('{"x": {"dependencies": {"a": "{\\"}"}}, "y": "\\"dependencies\\": {",');
  });

  it("refuses what is no manifest", () => {
    for (const text of ["", "[]", "{", '{"dependencies": 3}', "null"]) {
      const result = withDependency(text, name, value);
      expect(result.ok ? "edited" : result.failure.code).toBe("E_PLUGIN_INSTALL");
    }
  });

  it("holds for any manifest in any formatting", () => {
    const member = fc.stringMatching(/^[ -~]{1,12}$/);
    const manifest = fc.record({
      before: fc.jsonValue(),
      dependencies: fc.dictionary(member, fc.string(), { noNullPrototype: true }),
      after: fc.jsonValue(),
    });
    fc.assert(
      fc.property(manifest, fc.constantFrom(0, 2, "\t"), (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        const result = edited(text);
        expect(dependencyOf(result, name)).toBe(value);
        const { [name]: _added, ...others } = JSON.parse(result).dependencies;
        expect({ ...JSON.parse(result), dependencies: others }).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });
});
