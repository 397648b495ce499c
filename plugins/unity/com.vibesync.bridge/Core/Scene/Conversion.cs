// Canonical space (glTF 2.0: right-handed, +Y up, metres) <-> Unity (left-handed, +Y up, metres).
//
//   position  (x, y, z)    <-> (-x, y, z)           mirror across the YZ plane
//   rotation  (x, y, z, w) <-> (x, -y, -z, w)
//   scale     unchanged
//
// A canonical camera or light looks along -Z, Unity's along +Z: their nodes are turned by half a turn about Y
// ("corrected"). With C that half turn, a corrected node is T.(R.C).S and, because C commutes with a diagonal S, each
// of its children is C^-1.T.R.S: the child's place and rotation are turned back, its scale is untouched. Each function
// works both ways. Light units: editors.md 8.4 (candela and lux from Blender's watts, 683 lm/W; Unity intensity 1 = pi
// in its own shading).
using System;

namespace VibeSync.Core
{
    /// <summary>Converts between canonical space and Unity's.</summary>
    public static class Conversion
    {
        private const double k_LumensPerWatt = 683;
        private const double k_ShadingFactor = 1 / (k_LumensPerWatt * Math.PI);
        /// <summary>Unity has no endless range; this is what stands for it.</summary>
        public const double EndlessRange = 100000;

        private static readonly double[] s_HalfTurn = { 0, 1, 0, 0 };
        private static readonly double[] s_HalfTurnBack = { 0, -1, 0, 0 };

        /// <summary>Mirrors a position, and turns it when the parent is a corrected node. Its own inverse.</summary>
        public static double[] Position(double[] value, bool isParentCorrected)
        {
            return isParentCorrected
                ? new[] { value[0], value[1], -value[2] }
                : new[] { -value[0], value[1], value[2] };
        }

        public static double[] RotationToUnity(double[] value, bool isParentCorrected, bool isCorrected)
        {
            double[] result = Mirror(value);
            if (isCorrected) result = Multiply(result, s_HalfTurn);
            if (isParentCorrected) result = Multiply(s_HalfTurnBack, result);
            return Normalized(result);
        }

        public static double[] RotationFromUnity(double[] value, bool isParentCorrected, bool isCorrected)
        {
            double[] result = value;
            if (isParentCorrected) result = Multiply(s_HalfTurn, result);
            if (isCorrected) result = Multiply(result, s_HalfTurnBack);
            return Normalized(Mirror(result));
        }

        /// <summary>Whether an object of this type is a corrected node.</summary>
        public static bool IsCorrected(string objectType)
        {
            return objectType == "camera" || objectType == "light";
        }

        /// <summary>Candela, lux or nits to Unity's intensity; area lights have nits on both sides.</summary>
        public static double IntensityToUnity(string lightType, double value)
        {
            return lightType == "area" ? value : value * k_ShadingFactor;
        }

        public static double IntensityFromUnity(string lightType, double value)
        {
            return lightType == "area" ? value : value / k_ShadingFactor;
        }

        public static double RangeToUnity(double range)
        {
            return range == 0 ? EndlessRange : Math.Min(range, EndlessRange);
        }

        public static double RangeFromUnity(double range)
        {
            return range >= EndlessRange ? 0 : range;
        }

        public static double Degrees(double radians)
        {
            return radians * 180 / Math.PI;
        }

        public static double Radians(double degrees)
        {
            return degrees * Math.PI / 180;
        }

        /// <summary>Linear to sRGB (IEC 61966-2-1): Unity's light colours are stored in sRGB.</summary>
        public static double GammaFromLinear(double value)
        {
            if (value <= 0) return 0;
            return value <= 0.0031308 ? value * 12.92 : 1.055 * Math.Pow(value, 1 / 2.4) - 0.055;
        }

        public static double LinearFromGamma(double value)
        {
            if (value <= 0) return 0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }

        /// <summary>The product of two quaternions xyzw: first <paramref name="b"/>, then <paramref
        /// name="a"/>.</summary>
        public static double[] Multiply(double[] a, double[] b)
        {
            return new[]
            {
                a[3] * b[0] + a[0] * b[3] + a[1] * b[2] - a[2] * b[1],
                a[3] * b[1] - a[0] * b[2] + a[1] * b[3] + a[2] * b[0],
                a[3] * b[2] + a[0] * b[1] - a[1] * b[0] + a[2] * b[3],
                a[3] * b[3] - a[0] * b[0] - a[1] * b[1] - a[2] * b[2],
            };
        }

        /// <summary>Rotates a vector by a unit quaternion xyzw.</summary>
        public static double[] Rotate(double[] rotation, double[] vector)
        {
            double[] inverse = { -rotation[0], -rotation[1], -rotation[2], rotation[3] };
            double[] pure = { vector[0], vector[1], vector[2], 0 };
            double[] turned = Multiply(Multiply(rotation, pure), inverse);
            return new[] { turned[0], turned[1], turned[2] };
        }

        /// <summary>Unit length with w >= 0, so that one rotation has one form.</summary>
        public static double[] Normalized(double[] value)
        {
            double squares = 0;
            foreach (double part in value) squares += part * part;
            double length = Math.Sqrt(squares);
            if (length < 1e-12) return new double[] { 0, 0, 0, 1 };
            double factor = (value[3] < 0 ? -1 : 1) / length;
            return new[] { value[0] * factor, value[1] * factor, value[2] * factor, value[3] * factor };
        }

        private static double[] Mirror(double[] value)
        {
            return new[] { value[0], -value[1], -value[2], value[3] };
        }
    }
}
