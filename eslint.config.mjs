import eslint from "@eslint/js";
import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: ["node_modules/", ".keelson/", "**/*.config.*", "loader.cjs", "typescript.cjs", "tests/golden/*/"],
  },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "max-lines": ["error", 250],
      "max-lines-per-function": ["error", { max: 40, skipComments: true, skipBlankLines: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    // A chapter's door is read first.
    files: ["components/*/index.ts"],
    rules: { "max-lines": ["error", 150] },
  },
  {
    // The story is told in one go.
    files: ["index.ts", "components/cluster/index.ts"],
    rules: { "max-lines-per-function": "off" },
  },
  {
    // A suite is a list of tests, as long as it has tests.
    files: ["tests/**", "toolchain/providers/tests/**"],
    rules: { "max-lines-per-function": "off" },
  },
  {
    // One hand.
    files: ["**/*.ts"],
    rules: {
      curly: ["error", "multi-line"],
      "@typescript-eslint/consistent-type-imports": [
        "error",
        // What is loaded late has its type from an import() of its own.
        { fixStyle: "inline-type-imports", disallowTypeAnnotations: false },
      ],
      "@typescript-eslint/no-import-type-side-effects": "error",
      "@typescript-eslint/naming-convention": [
        "error",
        { selector: "variable", modifiers: ["global"], format: ["camelCase"] },
        { selector: "function", format: ["camelCase"] },
        { selector: "typeLike", format: ["PascalCase"] },
      ],
    },
  },
);
