import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** The one theme. Colours that mean something are the `--mw-…` variables of `tokens.css`; here Mantine is taught to use them. */
const accent: MantineColorsTuple = [
  '#e9f1fb',
  '#cfe1f6',
  '#a3c6ee',
  '#7cb0ea',
  '#4d90de',
  '#2f7ad3',
  '#1f6ac2',
  '#125cb3',
  '#0e4e9a',
  '#093f80',
];
const dark: MantineColorsTuple = [
  '#dfe3e7',
  '#c3c9cf',
  '#a3abb3',
  '#7d858d',
  '#41474e',
  '#353a40',
  '#25292d',
  '#1e2124',
  '#181a1d',
  '#131517',
];
const gray: MantineColorsTuple = [
  '#f8f9fa',
  '#f1f3f5',
  '#e9ecef',
  '#dee2e6',
  '#c4cad0',
  '#9aa2aa',
  '#6b737b',
  '#535b63',
  '#343a40',
  '#1c2024',
];

const sans = "'Inter Variable', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif";
const mono =
  "'JetBrains Mono Variable', 'Noto Sans Mono CJK SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', monospace";
/** Controls are 30 px high (`xs`), text in them 13 px; see `tokens.css` for touch screens. */
const compact = { defaultProps: { size: 'xs' } };

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 6 },
  colors: { accent, dark, gray },
  fontFamily: sans,
  fontFamilyMonospace: mono,
  headings: {
    fontFamily: sans,
    fontWeight: '600',
    sizes: { h1: { fontSize: '20px' }, h2: { fontSize: '16px' }, h3: { fontSize: '14px' }, h4: { fontSize: '13px' } },
  },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '20px', xl: '28px' },
  defaultRadius: 4,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    ...Object.fromEntries(
      [
        'Button',
        'TextInput',
        'PasswordInput',
        'NumberInput',
        'Select',
        'MultiSelect',
        'Textarea',
        'JsonInput',
        'FileInput',
        'Autocomplete',
        'TagsInput',
        'PillsInput',
        'ColorInput',
        'NativeSelect',
        'InputBase',
        'Input',
        'InputWrapper',
        'SegmentedControl',
        'Checkbox',
        'Radio',
        'Switch',
      ].map((name) => [name, compact]),
    ),
    ActionIcon: { defaultProps: { size: 30, variant: 'subtle', color: 'gray' } },
    Modal: {
      defaultProps: {
        centered: true,
        transitionProps: { duration: 0 },
        // Its head is a `header` outside the page's landmarks: without a role of its own it counts as a second page header.
        attributes: { header: { role: 'presentation' } },
      },
    },
    // A dialog's head is no second banner of the page.
    ModalHeader: { defaultProps: { component: 'div' } },
    // The placeholder that takes the first focus is no menu item, and assistive technology stumbles over it.
    Menu: { defaultProps: { transitionProps: { duration: 0 }, shadow: 'md', withInitialFocusPlaceholder: false } },
    Popover: { defaultProps: { transitionProps: { duration: 0 }, shadow: 'md' } },
    Drawer: { defaultProps: { transitionProps: { duration: 0 } } },
    Tooltip: {
      defaultProps: { openDelay: 400, transitionProps: { duration: 0 }, events: { hover: true, focus: true, touch: false } },
    },
    Table: { defaultProps: { verticalSpacing: 5, horizontalSpacing: 12, fz: 12 } },
    Text: { defaultProps: { size: 'sm' } },
    // Nothing moves unless data moved.
    Skeleton: { defaultProps: { animate: false } },
    Anchor: { defaultProps: { underline: 'hover', size: 'sm' } },
  },
});

/** Mantine's own greys fail contrast where text is dimmed; these passed (WCAG AA) on page and panel. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#1c2024',
    '--mantine-color-dimmed': '#535b63',
    '--mantine-color-placeholder': '#646c75',
    '--mantine-color-default-border': '#c4cad0',
    '--mantine-color-anchor': '#125cb3',
    '--mantine-color-error': '#c8102e',
    '--mantine-color-gray-light-color': '#343a40',
  },
  dark: {
    '--mantine-color-body': '#1e2124',
    '--mantine-color-text': '#dfe3e7',
    '--mantine-color-dimmed': '#a3abb3',
    '--mantine-color-placeholder': '#949ca4',
    '--mantine-color-default': '#25292d',
    '--mantine-color-default-hover': '#2c3136',
    '--mantine-color-default-border': '#41474e',
    '--mantine-color-anchor': '#7cb0ea',
    '--mantine-color-error': '#ff7b80',
  },
});
