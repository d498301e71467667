import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/dist/', '.build/', '.tools/', 'coverage/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Numbers in messages are what messages are for.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowNever: true }],
      // An arrow that ends in a call which returns nothing reads well.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // With noUncheckedIndexedAccess, an index that was just checked needs one of these.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Interfaces ask for promises where some implementations have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      // Only entries know the environment, the arguments and the exit.
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'exit', message: 'Throw a Failure: the entry decides.' },
        { object: 'process', property: 'env', message: 'The entry passes the environment in.' },
        { object: 'process', property: 'argv', message: 'The entry passes options in.' },
      ],
    },
  },
  {
    files: ['scripts/demo.ts', 'test/**/*.ts'],
    rules: {
      'no-console': 'off',
      // jest's matchers are typed as any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
);
