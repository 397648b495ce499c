// Where an entity goes when its parent is gone: under the nearest living ancestor, at the same place in the world.
using System;

namespace VibeSync.Core
{
    /// <summary>Keeps places in the world across a change of parent.</summary>
    public static class Placement
    {
        private static readonly double[] s_Zero = { 0, 0, 0 };
        private static readonly double[] s_One = { 1, 1, 1 };
        private static readonly double[] s_Identity = { 0, 0, 0, 1 };

        /// <summary>
        /// The entity's agreed values, with parents that are not <paramref name="isLiving"/> folded into its transform.
        /// Shear, which three values cannot express, is left out. </summary>
        public static FieldMap NearestLiving(ShadowScene shadow, ShadowEntity entity, Predicate<string> isLiving)
        {
            FieldMap values = entity.Values();
            string parent = values.Text("parent");
            for (int steps = 0; parent != null && !isLiving(parent) && steps < shadow.Count; steps++)
            {
                ShadowEntity gone = shadow.EntityOrNull(parent);
                if (gone == null) parent = null;
                else
                {
                    FoldIn(values, gone.Values());
                    parent = gone.ValueOrNull("parent") as string;
                }
            }
            if (values.ContainsKey("parent")) values["parent"] = parent;
            return values;
        }

        private static void FoldIn(FieldMap child, FieldMap parent)
        {
            double[] rotation = parent.Numbers("rotation", s_Identity);
            double[] scale = parent.Numbers("scale", s_One);
            double[] place = parent.Numbers("translation", s_Zero);
            double[] turned = Conversion.Rotate(rotation, Times(scale, child.Numbers("translation", s_Zero)));
            child["translation"] = new[] { place[0] + turned[0], place[1] + turned[1], place[2] + turned[2] };
            child["rotation"] = Conversion.Normalized(Conversion.Multiply(rotation,
                child.Numbers("rotation", s_Identity)));
            child["scale"] = Times(scale, child.Numbers("scale", s_One));
        }

        private static double[] Times(double[] a, double[] b)
        {
            return new[] { a[0] * b[0], a[1] * b[1], a[2] * b[2] };
        }
    }
}
