"""Is this photo good enough, and what would make it better.

Every limit in here was set on the development half of the London set, on the `canada`, `pose` and
`distance` sets, on half of the people of `congress`, and on copies made worse by a known amount;
the tests repeat that. A finding blocks only where a simulation would be wrong, and takes away no
more than the region it is about.
"""
