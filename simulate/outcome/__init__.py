"""A face and a plan become an after-picture, measured changes and what is said of them."""
