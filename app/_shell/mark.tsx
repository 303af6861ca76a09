/** The product's mark: a measured value on its way through a node. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d="M2 13h3.5l3-8 5 14 3-8.5H18" />
      <circle cx="20.2" cy="10.5" r="2" fill="currentColor" stroke="none" />
    </svg>
  );
}
