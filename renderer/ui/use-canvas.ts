/**
 * A canvas that is redrawn a few times a second, in device pixels, outside of React.
 *
 * Owns: size, pixel ratio, the rate and standing still while the page is hidden. Colours come from the style sheet.
 * Must never: draw faster than asked, or keep drawing when it is gone.
 */
import { type RefObject, useEffect, useRef } from "react";

type Painter = (paint: Paint) => void;

export type Paint = {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  /** The value of a custom property, such as `--blender`. */
  readonly colour: (name: string) => string;
};

export function useCanvas(painter: Painter, everyMs: number): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context) return;
    const style = getComputedStyle(element);
    const colour = (name: string) => style.getPropertyValue(name);
    const paint = () => {
      if (document.hidden) return;
      const { clientWidth: width, clientHeight: height } = element;
      const ratio = window.devicePixelRatio;
      if (element.width !== Math.round(width * ratio) || element.height !== Math.round(height * ratio)) {
        element.width = Math.round(width * ratio);
        element.height = Math.round(height * ratio);
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      painter({ context, width, height, colour });
    };
    paint();
    const timer = setInterval(paint, everyMs);
    return () => clearInterval(timer);
  }, [painter, everyMs]);
  return canvas;
}
