"""What a photo of a face is made of, one layer before another: each as a matte of the photo."""
