// A photograph that can't be reached gives way to the drawing of its product.
function replace(image) {
  const { fallback } = image.dataset;
  if (!fallback) return;
  delete image.dataset.fallback;
  image.src = fallback;
}

addEventListener(
  'error',
  ({ target }) => {
    if (target instanceof HTMLImageElement) replace(target);
  },
  true,
);
for (const image of document.images) if (image.complete && image.naturalWidth === 0) replace(image);
